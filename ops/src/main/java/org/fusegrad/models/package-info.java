/** Residual networks with a free choice of normalization. */
package org.fusegrad.models;
