import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { readGoPackage, type GoPackage } from './go-structs.ts'

/** The directory of a Go module, which the Go command downloads if needed. */
export function goModule(name: string, version: string): string {
  const { stdout, stderr } = spawnSync('go', ['mod', 'download', '-json', `${name}@${version}`], {
    encoding: 'utf8',
  })
  const { Dir: directory, Error: error } = JSON.parse(stdout || '{}') as {
    Dir?: string
    Error?: string
  }
  if (directory === undefined) throw new Error(`${name}@${version}: ${error ?? stderr}`)
  return directory
}

/** The declarations of a package, without those that are generated or tests. */
export function goPackage(directory: string): GoPackage {
  if (!existsSync(directory)) throw new Error(`there is no ${directory}`)
  const files = readdirSync(directory).filter(
    (name) => name.endsWith('.go') && !/_test\.go$|^zz_|\.pb\.go$|_swagger_doc_/.test(name),
  )
  return readGoPackage(files.map((name) => readFileSync(join(directory, name), 'utf8')))
}
