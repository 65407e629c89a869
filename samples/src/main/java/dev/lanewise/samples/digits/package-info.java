/** Which digit is spoken: features inside the model, time-delay layers and an LSTM, then a stream. */
package dev.lanewise.samples.digits;
