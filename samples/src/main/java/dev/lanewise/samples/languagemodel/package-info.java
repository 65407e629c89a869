/** Which character comes next, and what a network writes a character at a time, with its states carried. */
package dev.lanewise.samples.languagemodel;
