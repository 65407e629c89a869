/** What was measured, summed up: as text, as JSON, as a page. */
package dev.lanewise.bench.report;
