import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RunResult } from './result.ts'

const folder = fileURLToPath(new URL('../results/', import.meta.url))

/** Where the results of a run that began at this time are kept. */
export function resultPath(startedAt: string): string {
  return `${folder}${startedAt.replaceAll(/[:.]/g, '-')}.json`
}

/** Writes the results; also after each shape, so that an interrupted run leaves what it has. */
export function writeResult(path: string, result: RunResult): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(result, undefined, 2)}\n`)
}

/** Throws when the file is missing or holds something else. */
export function readResult(path: string): RunResult {
  const result = JSON.parse(readFileSync(path, 'utf8')) as Partial<RunResult>
  if (result.format !== 1) throw new Error(`${path} does not hold results of this benchmark`)
  return result as RunResult
}
