// Builds every package to dist/: ES modules and their types, with relative imports rewritten to .js.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesMatching, root } from './source-tree.ts'
import { architecture } from './tidy/architecture.ts'

/** Lowest first: a package is built after its imports. */
const order = Object.keys(architecture.packages)

const buildConfiguration = {
  extends: '../../tsconfig.json',
  compilerOptions: {
    noEmit: false,
    // Every supported Node.js runs the sources' syntax. Compiling to an older target produced a
    // class with a static instance of itself that throws when loaded.
    target: 'esnext',
    rootDir: 'src',
    outDir: 'dist',
    declaration: true,
    sourceMap: true,
    // The sources themselves are not published.
    inlineSources: true,
    // Against the built packages, as a user's compiler resolves them.
    customConditions: [],
  },
  include: ['src'],
  exclude: ['src/**/*.test.ts', 'src/**/fixtures/**', 'src/**/test-support/**'],
}

const present = filesMatching('packages/*/package.json').map((path) => path.split('/')[1] ?? '')
const missing = present.filter((name) => !order.includes(name))
if (missing.length > 0) throw new Error(`tools/build.ts does not know ${missing.join(', ')}`)

for (const name of order) build(name)

function build(name: string): void {
  const folder = join(root, 'packages', name)
  const configuration = join(folder, 'tsconfig.build.json')
  rmSync(join(folder, 'dist'), { recursive: true, force: true })
  writeFileSync(configuration, JSON.stringify(buildConfiguration))
  const { status } = spawnSync('tsc', ['-p', configuration], { stdio: 'inherit' })
  rmSync(configuration)
  if (status !== 0) process.exit(status ?? 1)
  if (name === 'apiserver')
    copyTables(join(folder, 'src/api-types'), join(folder, 'dist/api-types'))
  const examples = join(root, 'examples/quickstart')
  if (name === 'cli' && existsSync(examples)) {
    cpSync(examples, join(folder, 'dist/quickstart/manifests'), { recursive: true })
  }
  cpSync(join(root, 'LICENSE'), join(folder, 'dist/LICENSE'))
  process.stdout.write(`built packages/${name}/dist\n`)
}

/** Tables that are read as files when they are needed. */
function copyTables(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('.ts') })
}
