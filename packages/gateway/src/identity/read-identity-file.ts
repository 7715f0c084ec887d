import { IdentityError } from './identity-error.ts'
import type { ReadTokenFile } from './identity-parts.ts'

/**
 * The text of a file that `variable` names: a projected token is another every hour or so, so it is
 * read for each use. Rejects with an IdentityError if it cannot be read or is empty.
 */
export async function readIdentityFile(
  readFile: ReadTokenFile,
  path: string,
  variable: string,
): Promise<string> {
  let text: string
  try {
    text = await readFile(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
    throw new IdentityError(
      'Misconfigured',
      `the file that ${variable} names cannot be read (${code}); mount it into the gateway's pod`,
      { cause: error },
    )
  }
  if (text.trim() !== '') return text.trim()
  throw new IdentityError('Misconfigured', `the file that ${variable} names is empty`)
}
