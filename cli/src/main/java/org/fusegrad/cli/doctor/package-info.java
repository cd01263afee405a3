/** What the command {@code doctor} makes of the samples of norms: pictures and sentences. */
package org.fusegrad.cli.doctor;
