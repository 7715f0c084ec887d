/** What the gateway asks of a logger: the part of pino that takes fields and a message. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  /** pino's: lets a call skip making a line that would be dropped. Absent means that all are wanted. */
  isLevelEnabled?(level: string): boolean
}
