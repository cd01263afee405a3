/** Replicas of a model on parts of a batch, as threads of one process. */
package org.fusegrad.nn.parallel;
