import { SourceFile } from './source-file.ts'

/** The files that the rules check: the repository's, or a fixture's. */
export class SourceTree {
  readonly files: readonly SourceFile[]
  /** The TypeScript and JavaScript modules. */
  readonly modules: readonly SourceFile[]
  readonly #byPath: ReadonlyMap<string, SourceFile>
  readonly #paths: ReadonlySet<string>

  /** `otherPaths` are files that exist but are not read: links to them are valid. */
  constructor(texts: Readonly<Record<string, string>>, otherPaths: readonly string[] = []) {
    this.files = Object.entries(texts).map(([path, text]) => new SourceFile(path, text))
    this.modules = this.files.filter((file) => /\.m?[jt]s$/.test(file.path))
    this.#byPath = new Map(this.files.map((file) => [file.path, file]))
    this.#paths = new Set([...Object.keys(texts), ...otherPaths].flatMap(withFolders))
  }

  /** The file at a path, if it was read. */
  at(path: string): SourceFile | undefined {
    return this.#byPath.get(path)
  }

  /** Whether there is a file or a folder at a path. */
  has(path: string): boolean {
    return this.#paths.has(path.replace(/\/$/, '')) || path === '.'
  }

  /** The names of all packages with a manifest. */
  get packages(): readonly string[] {
    return this.files.flatMap(
      ({ path }) => /^packages\/([^/]+)\/package\.json$/.exec(path)?.[1] ?? [],
    )
  }

  /** These modules and everything they import by a relative path, directly or indirectly. */
  reachableFrom(entries: readonly SourceFile[]): ReadonlySet<SourceFile> {
    const reached = new Set<SourceFile>()
    const visit = (file: SourceFile): void => {
      if (reached.has(file)) return
      reached.add(file)
      for (const target of this.relativeImports(file)) visit(target)
    }
    for (const file of entries) visit(file)
    return reached
  }

  /** The modules that a module imports by a relative path. */
  relativeImports(file: SourceFile): readonly SourceFile[] {
    return file.imports
      .filter(({ name }) => name.startsWith('.'))
      .flatMap(({ name }) => this.at(file.resolve(name)) ?? [])
  }
}

function withFolders(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}
