/** How far back a recurrent network can learn from: vanishing gradients, and what an LSTM does about them. */
package dev.lanewise.samples.memory;
