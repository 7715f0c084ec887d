import { readFileSync } from 'node:fs'
import { UsageError } from './usage-error.ts'

/** The text of the file that a flag names. @throws UsageError when it cannot be read */
export function fileContent(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`--${flag}: ${why}`, { cause })
  }
}
