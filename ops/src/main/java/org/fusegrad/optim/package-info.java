/**
 * Optimisers, whose steps are fused formulas, and learning-rate schedules. Names, defaults and the
 * order of operations are PyTorch's.
 */
package org.fusegrad.optim;
