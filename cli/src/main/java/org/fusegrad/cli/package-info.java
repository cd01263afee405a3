/**
 * The command line. {@link org.fusegrad.cli.Main} is the entrance; each command is one class that
 * reads and checks its options and hands the work over: training to {@link
 * org.fusegrad.train}, golden cases to {@link org.fusegrad.conformance}.
 *
 * <p>Exit codes: 0 for success, 1 for a check that failed (or a fault of the program), 2 for wrong
 * usage or input. An error is one line on standard error.
 */
package org.fusegrad.cli;
