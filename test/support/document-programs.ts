import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { compileCache } from './compile-cache.ts'

const run = promisify(execFile)
const deadlineMs = 30_000

/** A `ts` block of a document: a program as a reader would copy it. */
export interface DocumentProgram {
  readonly document: string
  /** Its index among the programs of the document, from 1. */
  readonly place: number
  readonly text: string
}

/**
 * The file that a program is, by the comment in its first line, `// src/main.ts`: other programs of
 * the document can import it. A path in `examples/` says that the block is an excerpt of that file.
 */
export function fileNameOf(text: string): string | undefined {
  return /^\/\/ ([\w./-]+\.ts)\n/.exec(text)?.[1]
}

/** The parts of an excerpt: what stands between lines that only say `// …`. */
export function excerpts(text: string): string[] {
  return text
    .replace(/^.*\n/, '')
    .split(/^ *\/\/ …$/m)
    .map((part) => part.replace(/^\n+|\n+$/g, ''))
    .filter((part) => part !== '')
}

/** Programs that wait for a signal need a cluster and a person: they are only type-checked. */
export function endsByItself({ text }: DocumentProgram): boolean {
  return !text.includes("process.once('SIG") && !text.includes('runOperator(')
}

/** A file of tests, which Vitest runs. */
function isOfVitest({ text }: DocumentProgram): boolean {
  return text.includes("from 'vitest'")
}

const vitestConfiguration = `export default {
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  test: { include: ['**/*.test.ts'], execArgv: ['--conditions=source'] },
}
`

/**
 * The programs of documents as files in the repository, so that its packages and compiler resolve.
 * `dispose` removes them.
 */
export class DocumentPrograms {
  readonly #root: string
  readonly #folder: string

  constructor(root: string, programs: readonly DocumentProgram[]) {
    this.#root = root
    this.#folder = mkdtempSync(join(root, '.document-programs-'))
    for (const program of programs) {
      const file = this.#fileOf(program)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, `${program.text}\n`)
    }
    const options = { extends: '../tsconfig.json', include: ['**/*.ts'] }
    writeFileSync(join(this.#folder, 'tsconfig.json'), JSON.stringify(options))
    writeFileSync(join(this.#folder, 'vitest.config.mjs'), vitestConfiguration)
  }

  /** The compiler's errors, with the name of the document; empty when there are none. */
  async typeErrors(): Promise<string> {
    try {
      await run(join(this.#root, 'node_modules/.bin/tsc'), ['-p', this.#folder])
      return ''
    } catch (error) {
      return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)
    }
  }

  /** Runs a program to completion, in a separate directory, and resolves to its output. */
  async run(program: DocumentProgram, environment: NodeJS.ProcessEnv): Promise<string> {
    if (isOfVitest(program)) return this.#runInVitest(program)
    const cwd = mkdtempSync(join(tmpdir(), 'fairlead-program-'))
    try {
      // Only our own packages have sources that Node reads; others' lie in node_modules.
      const conditions = program.text.includes("'@fairlead/") ? ['--conditions=source'] : []
      const args = [...conditions, this.#fileOf(program)]
      const { PATH } = process.env
      const env = { PATH, HOME: cwd, ...compileCache(), ...environment }
      const { stdout } = await run(process.execPath, args, { cwd, env, timeout: deadlineMs })
      return stdout
    } finally {
      rmSync(cwd, { recursive: true, force: true })
    }
  }

  async #runInVitest(program: DocumentProgram): Promise<string> {
    const args = [join(this.#root, 'node_modules/.bin/vitest'), 'run', this.#fileOf(program)]
    const { PATH, HOME } = process.env
    const env = { PATH, HOME, ...compileCache() }
    const options = { cwd: this.#folder, env, timeout: deadlineMs }
    return (await run(process.execPath, args, options)).stdout
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #fileOf(program: DocumentProgram): string {
    const unnamed = `${program.place}${isOfVitest(program) ? '.test' : ''}.ts`
    const name = fileNameOf(program.text) ?? unnamed
    return join(this.#folder, program.document.replaceAll('/', '-'), name)
  }
}

/** A program's documented output: the comment after each `console.log(…)`, in order. */
export function promisedOutput(text: string): string[] {
  return [...text.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, promised = '']) => promised)
}
