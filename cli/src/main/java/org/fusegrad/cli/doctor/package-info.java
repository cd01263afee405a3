/** Pictures and sentences that the command {@code doctor} makes of the samples of norms. */
package org.fusegrad.cli.doctor;
