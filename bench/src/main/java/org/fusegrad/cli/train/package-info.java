/**
 * Training from the command line. A {@link org.fusegrad.cli.train.TrainingPlan} says what is
 * trained and how, {@link org.fusegrad.cli.train.Trainer} is the loop, and what it reports goes to
 * listeners: the screen and the files of a {@link org.fusegrad.cli.train.RunFolder}.
 */
package org.fusegrad.cli.train;
