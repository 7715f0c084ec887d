import { readFileSync } from 'node:fs'
import type { Clock } from '@fairlead/base'
import { KubeConfigError } from './kube-config.ts'
import { RotatedFile } from './rotated-file.ts'

/** PEM that a kubeconfig has in itself, or in a file that may be replaced. */
export interface PemSource {
  /** As it was when the kubeconfig was loaded. */
  readonly loaded: string
  current(this: void): Promise<string>
  /** The server did not accept it: a file is read again next time. */
  invalidate(this: void): void
}

/** `data` is base64 and takes precedence, as in kubectl. Throws KubeConfigError. */
export function pemSource(
  data: string | undefined,
  file: string | undefined,
  clock: Clock,
): PemSource | undefined {
  if (data !== undefined && data !== '') {
    const loaded = Buffer.from(data, 'base64').toString('utf8')
    return { loaded, current: () => Promise.resolve(loaded), invalidate: () => {} }
  }
  if (file === undefined || file === '') return undefined
  try {
    return rotated(file, readFileSync(file, 'utf8'), clock)
  } catch (cause) {
    throw new KubeConfigError(`cannot read ${file}, which the kubeconfig refers to`, { cause })
  }
}

/** PEM in a file that was just read. */
export function rotated(file: string, loaded: string, clock: Clock): PemSource {
  const source = new RotatedFile(file, clock, loaded)
  return {
    loaded,
    current: () => source.current(),
    invalidate: () => source.invalidate(),
  }
}
