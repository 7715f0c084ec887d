/** The level from which on a line of the log is an error. */
const errorLevel = 50
const linesMax = 20

/** The errors in a log, and what is no line of a log, such as the trace of a crash. */
export function errorLines(log: string): readonly string[] {
  const lines = log.split('\n').filter((line) => line !== '' && isError(line))
  return lines.slice(0, linesMax).map((line) => `  ${line.slice(0, 1000)}`)
}

function isError(line: string): boolean {
  if (!line.startsWith('{')) return /error|warning|trace/i.test(line)
  const [, level = '0'] = /"level": ?(\d+)/.exec(line) ?? []
  return Number(level) >= errorLevel
}
