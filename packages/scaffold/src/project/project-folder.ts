import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isGenerated } from '../manifests/yaml-text.ts'
import type { ProjectFile } from '../project-file.ts'
import { ScaffoldError } from '../scaffold-error.ts'

/** The part of a project's package.json that is about the operator. */
interface ProjectManifest {
  readonly name: string
  readonly version: string
  readonly domain: string
  readonly image: string
}

/** @throws ScaffoldError where there is no project of an operator */
export function readProject(folder: string): ProjectManifest {
  const path = join(folder, 'package.json')
  if (!existsSync(path)) {
    throw new ScaffoldError(
      `there is no package.json in ${folder}: run this in a project, or begin one with fairlead operator init`,
    )
  }
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly name?: string
    readonly version?: string
    readonly fairlead?: { readonly domain?: string; readonly image?: string }
  }
  const { name, version = '0.0.0', fairlead: { domain, image } = {} } = manifest
  if (name === undefined || domain === undefined) {
    throw new ScaffoldError(`${path} needs a name and "fairlead": { "domain": "example.com" }`)
  }
  return { name, version, domain, image: image ?? name }
}

/** The text of a file of the project; undefined if it is not there. */
export function readProjectFile(folder: string, path: string): string | undefined {
  const whole = join(folder, path)
  return existsSync(whole) ? readFileSync(whole, 'utf8') : undefined
}

/**
 * Writes new files; nothing at all if one of them is there already, unless forced.
 * @throws ScaffoldError that names those that are there
 */
export function writeNewFiles(
  folder: string,
  files: readonly ProjectFile[],
  { force }: { readonly force: boolean },
): void {
  const there = files.filter(({ path }) => existsSync(join(folder, path)))
  if (there.length > 0 && !force) {
    throw new ScaffoldError(
      `${there.map(({ path }) => path).join(', ')} exists already in ${folder}: nothing was written; ` +
        '--force overwrites it',
    )
  }
  for (const file of files) writeProjectFile(folder, file)
}

export function writeProjectFile(folder: string, { path, text }: ProjectFile): void {
  const whole = join(folder, path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, text)
}

/** What generated files there are, below some folders of a project. */
export function generatedFiles(folder: string, below: readonly string[]): readonly ProjectFile[] {
  return below
    .flatMap((name) => filesIn(folder, name))
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }))
    .filter(({ text }) => isGenerated(text))
}

export function removeProjectFile(folder: string, path: string): void {
  rmSync(join(folder, path))
}

/** Paths of all files below a folder of the project, sorted; none if it is not there. */
export function filesIn(folder: string, name: string): readonly string[] {
  const whole = join(folder, name)
  if (!existsSync(whole)) return []
  return readdirSync(whole, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted()
}
