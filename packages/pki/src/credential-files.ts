import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Named strings (PEM, tokens) that must survive a restart and that nobody else may read. */
export interface CredentialFiles {
  read(name: string): string | undefined
  write(name: string, text: string): void
}

/** Files of mode 0600 in a directory of mode 0700; writes are atomic. */
export function credentialFilesIn(folder: string): CredentialFiles {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  return {
    read(name) {
      const path = join(folder, name)
      return existsSync(path) ? readFileSync(path, 'utf8') : undefined
    },
    write(name, text) {
      const path = join(folder, name)
      writeFileSync(`${path}.new`, text, { mode: 0o600 })
      renameSync(`${path}.new`, path)
    },
  }
}

/** Credentials kept in memory for the lifetime of the process. */
export function credentialFilesInMemory(): CredentialFiles {
  const texts = new Map<string, string>()
  return {
    read: (name) => texts.get(name),
    write: (name, text) => void texts.set(name, text),
  }
}
