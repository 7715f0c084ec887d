import { dirname, join, normalize } from 'node:path'
import { moduleExports } from './module-exports.ts'
import { moduleImports, type ModuleImport } from './module-imports.ts'
import { parseModule, type Program } from './syntax.ts'

/** One file of the repository: a module, a document or a manifest. */
export class SourceFile {
  /** Relative to the repository, with `/`. */
  readonly path: string
  readonly text: string
  #program: Program | undefined
  #imports: readonly ModuleImport[] | undefined

  constructor(path: string, text: string) {
    this.path = path
    this.text = text
  }

  /** The syntax tree of a module, parsed on first use. */
  get program(): Program {
    this.#program ??= parseModule(this.path, this.text)
    return this.#program
  }

  get imports(): readonly ModuleImport[] {
    this.#imports ??= moduleImports(this.program)
    return this.#imports
  }

  get exports(): readonly string[] {
    return moduleExports(this.program)
  }

  /** The line of an offset in the text, from 1. */
  lineAt(offset: number): number {
    return this.text.slice(0, offset).split('\n').length
  }

  /** The path that a relative import in this file resolves to. */
  resolve(name: string): string {
    return normalize(join(dirname(this.path), name)).replaceAll('\\', '/')
  }
}
