import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { CommandContext } from '../command-context.ts'
import { humanLine } from '../human-line.ts'
import { UsageError } from '../usage-error.ts'

/** Prints a log of JSON lines for people: of a file, or of standard input. */
export async function logs({ input: piped, own, print, signal }: CommandContext): Promise<void> {
  const [file = '-', ...rest] = own.words
  if (rest.length > 0)
    throw new UsageError(`unexpected argument "${rest[0]}"; see fairlead logs --help`)
  const input = file === '-' ? piped() : createReadStream(file, { signal })
  const lines = createInterface({ input, crlfDelay: Infinity, signal })
  // Its errors are not those of the lines.
  const failed = new Promise<never>((_, reject) => void input.once('error', reject))
  try {
    await Promise.race([printEach(lines, print), failed])
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new UsageError(`there is no file ${file}; see fairlead logs --help`, { cause: error })
  } finally {
    lines.close()
  }
}

async function printEach(
  lines: AsyncIterable<string>,
  print: CommandContext['print'],
): Promise<void> {
  for await (const line of lines) print(`${humanLine(line)}\n`)
}
