/**
 * Training from the command line. A {@link org.fusegrad.train.TrainingPlan} says what is
 * trained and how, {@link org.fusegrad.train.Trainer} is the loop, and what it reports goes to
 * listeners: the screen and the files of a {@link org.fusegrad.train.RunFolder}.
 */
package org.fusegrad.train;
