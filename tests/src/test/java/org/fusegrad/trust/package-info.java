/**
 * What a system that can be trusted withstands: many threads at once, hostile input, faults, and
 * running for long.
 */
package org.fusegrad.trust;
