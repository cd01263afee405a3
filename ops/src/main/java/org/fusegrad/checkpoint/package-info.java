/**
 * Saved models in the safetensors format: a JSON header and raw little-endian data, nothing that
 * runs code. Files are untrusted when read and complete or absent when written.
 */
package org.fusegrad.checkpoint;
