import { renameSync, writeFileSync } from 'node:fs'

/** The addresses of a running Fairlead, for scripts: the content of `<data-dir>/endpoints.json`. */
export interface Endpoints {
  readonly apiServer: string
  readonly gateway: string
  readonly admin: string
  /** Path of a kubeconfig for `apiServer`. */
  readonly kubeconfig: string
  /** The quickstart consumer's key; null without the quickstart. */
  readonly apiKey: string | null
}

/** Writes the file atomically, readable only by its owner: it contains a secret. */
export function writePrivateFile(path: string, content: string): void {
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, content, { mode: 0o600 })
  renameSync(temporary, path)
}

export function writeEndpoints(path: string, endpoints: Endpoints): void {
  writePrivateFile(path, `${JSON.stringify(endpoints, null, 2)}\n`)
}
