/** Conformance cases as they are on disk: descriptions, attributes, raw tensors. */
package org.fusegrad.conformance.data;
