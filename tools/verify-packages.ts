// Verifies what would be published: packs every built package, unpacks the archives as an
// installation with only the declared dependencies, compiles and runs the programs in their
// READMEs, and starts the packed `fairlead`. Needs no network.
import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { filesMatching, root } from './source-tree.ts'

/** Their programs need a cluster and run until they are stopped: they are only compiled. */
const needCluster = ['controller-runtime', 'operator']
const readyDeadlineMs = 30_000

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
}

const folder = mkdtempSync(join(tmpdir(), 'fairlead-packages-'))
try {
  const names = filesMatching('packages/*/package.json').map((path) => path.split('/')[1] ?? '')
  for (const name of names) install(name)
  link('@types/node', folder)
  link('prom-client', folder)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const programs = names.flatMap(programsIn)
  compilePrograms()
  for (const { file, name } of programs) {
    if (!needCluster.includes(name)) run('node', [file], folder)
  }
  await startPacked()
  process.stdout.write(`verified ${names.length} packages and ${programs.length} programs\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Unpacks the `npm pack` archive of a package; our other packages are resolved next to it. */
function install(name: string): void {
  const source = join(root, 'packages', name)
  const { stdout } = run('npm', ['pack', '--json', '--pack-destination', folder], source)
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, { filename: string }>)
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest
  const target = join(folder, 'node_modules', manifest.name)
  mkdirSync(target, { recursive: true })
  run('tar', ['-xzf', packed?.filename ?? '', '-C', target, '--strip-components=1'], folder)
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    if (!dependency.startsWith('@fairlead/')) link(dependency, target, source)
  }
}

/** Links an installed dependency of the repository into the directory. */
function link(dependency: string, target: string, source: string = root): void {
  const own = join(source, 'node_modules', dependency)
  const path = join(target, 'node_modules', dependency)
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(existsSync(own) ? own : join(root, 'node_modules', dependency), path)
}

/** The programs in a README, each written to a file; tests of Vitest are run with the documents. */
function programsIn(name: string): { readonly file: string; readonly name: string }[] {
  const text = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8')
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
    .map((match) => match[1] ?? '')
    .filter((program) => program.includes('import ') && !program.includes("from 'vitest'"))
    .map((program, index) => {
      const file = `${name}-${index}.ts`
      writeFileSync(join(folder, file), program)
      return { file, name }
    })
}

/** As a user's compiler would: with the types in the archives. */
function compilePrograms(): void {
  const compilerOptions = {
    target: 'es2024',
    module: 'nodenext',
    moduleResolution: 'nodenext',
    lib: ['es2024', 'esnext.disposable'],
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['*.ts'] }),
  )
  run('tsc', ['-p', '.'], folder)
}

/** `fairlead up` becomes ready and stops cleanly. */
async function startPacked(): Promise<void> {
  const main = join(folder, 'node_modules/fairlead/dist/main.js')
  const ports = ['--api-port', '0', '--gateway-port', '0', '--admin-port', '0']
  const args = [main, 'up', '--data-dir', join(folder, 'data'), '--log-level', 'error', ...ports]
  if (!readFileSync(main, 'utf8').startsWith('#!/usr/bin/env node\n')) {
    throw new Error('packages/cli/dist/main.js does not start with #!/usr/bin/env node')
  }
  const child = spawn('node', args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const deadline = setTimeout(() => child.kill('SIGKILL'), readyDeadlineMs)
  let printed = ''
  for await (const chunk of child.stdout) {
    printed += String(chunk)
    if (printed.includes('endpoints')) child.kill('SIGTERM')
  }
  const code = await ended
  clearTimeout(deadline)
  if (code !== 0 || !printed.includes('Fairlead is ready')) {
    throw new Error(`the packed fairlead ended with code ${code}: ${printed}`)
  }
}

/** Runs to completion; on failure throws with the output. */
function run(command: string, args: readonly string[], cwd: string): { readonly stdout: string } {
  const { status, stdout, stderr, error } = spawnSync(command, [...args], { cwd, encoding: 'utf8' })
  if (status !== 0) {
    const printed = `${stdout ?? ''}${stderr ?? ''}`
    throw new Error(`${command} ${args.join(' ')} failed: ${printed}`, { cause: error })
  }
  return { stdout }
}
