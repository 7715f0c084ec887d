/** Where a worker process finds the bound socket; 3 is the channel of messages. */
export const listeningSocketFd = 4

/** The place of the log level in `process.argv`. */
export const logLevelArgument = 2
/** And of the format of the log; empty: that of its standard error. */
export const logFormatArgument = 3

/**
 * How often the primary process asks a worker for its metrics when nobody reads them. The answer
 * also shows that the worker is not stuck.
 */
export const askEveryMs = 5_000
