/**
 * The training of models. {@link org.fusegrad.train.Trainer} is the loop, a {@link
 * org.fusegrad.train.TrainingPlan} all that the usual case needs, and what is reported goes to
 * listeners: tables, and the files of a {@link org.fusegrad.train.RunFolder}.
 */
package org.fusegrad.train;
