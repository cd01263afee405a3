/**
 * Watches the norms of a network while it trains: the statistics of each step, the running values
 * they meet, and what may go wrong with either. Nothing of this touches the training.
 */
package org.fusegrad.nn.doctor;
