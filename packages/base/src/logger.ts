/** What the packages require of a logger: the part of pino that takes fields and a message. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  /**
   * As in pino: lets a caller skip building a line that would be dropped. When absent, every level
   * is enabled.
   */
  isLevelEnabled?(level: string): boolean
}

const ignore = () => {}

/** Drops everything, for whoever asks for silence. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/** A logger that adds the same fields to every line. Fields of the line take precedence. */
export function withFields(logger: Logger, fields: object): Logger {
  return {
    debug: (more, message) => logger.debug({ ...fields, ...more }, message),
    info: (more, message) => logger.info({ ...fields, ...more }, message),
    warn: (more, message) => logger.warn({ ...fields, ...more }, message),
    error: (more, message) => logger.error({ ...fields, ...more }, message),
    ...(logger.isLevelEnabled === undefined
      ? {}
      : { isLevelEnabled: (level: string) => logger.isLevelEnabled?.(level) ?? true }),
  }
}
