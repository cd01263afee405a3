/**
 * Modules: formulas together with the parameters and states they use. Names, defaults and initial
 * values are PyTorch's.
 */
package org.fusegrad.nn;
