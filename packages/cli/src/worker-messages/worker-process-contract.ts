/** Where a worker process finds the bound socket; 3 is the channel of messages. */
export const listeningSocketFd = 4

/** The place of the log level in `process.argv`. */
export const logLevelArgument = 2
