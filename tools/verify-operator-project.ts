// Verifies what `npm create fairlead-operator` gives to somebody who has nothing else: packs every
// built package into a registry on this machine, makes a project by the packed program in an empty
// folder, installs it as a user does, and runs its test, its compiler, and the check of its
// manifests. Needs no network.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type PackedPackage, startRegistry } from './package-registry.ts'
import { filesMatching, root } from './source-tree.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-operator-project-'))
const own = new Map(
  filesMatching('packages/*/package.json').map((path) => {
    const { name } = JSON.parse(readFileSync(join(root, path), 'utf8')) as { readonly name: string }
    return [name, join(root, dirname(path))]
  }),
)
try {
  await using registry = await startRegistry(packageOf)
  const env = {
    ...process.env,
    npm_config_registry: registry.url,
    npm_config_cache: join(folder, 'cache'),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  }
  const run = (cwd: string, program: string, ...args: readonly string[]) =>
    runToEnd(program, args, cwd, env)
  const empty = join(folder, 'empty')
  mkdirSync(empty)
  await run(empty, 'npm', 'create', '--yes', 'fairlead-operator', 'first-operator')
  const project = join(empty, 'first-operator')
  await run(project, 'npm', 'install')
  const tested = performance.now()
  await run(project, 'npm', 'test')
  const testMs = Math.round(performance.now() - tested)
  await run(project, 'npm', 'run', 'check')
  await run(project, 'npm', 'run', 'manifests')
  await run(project, 'npm', 'run', 'manifests', '--', '--check')
  process.stdout.write(`verified the project of an operator; its test took ${testMs} ms\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Ours as they are built; those of others as they are installed in the repository. */
function packageOf(name: string): PackedPackage | undefined {
  const built = own.get(name)
  if (built !== undefined) return { folder: built, pack: () => pack(built) }
  const installed = join(root, 'node_modules', name)
  return { folder: installed, pack: () => packInstalled(installed) }
}

/** All of it: what an installed package lists as its files may not be what its registry has. */
function packInstalled(source: string): string {
  const archive = join(mkdtempSync(join(folder, 'packed-')), 'package.tgz')
  const args = ['-czf', archive, '--exclude=./node_modules', '--transform=s,^\\.,package,', '.']
  const { status, stderr } = spawnSync('tar', args, { cwd: source, encoding: 'utf8' })
  if (status !== 0) throw new Error(`packing ${source}: ${stderr}`)
  return archive
}

function pack(source: string): string {
  const target = mkdtempSync(join(folder, 'packed-'))
  const args = ['pack', '--ignore-scripts', '--pack-destination', target]
  const { status, stderr } = spawnSync('npm', args, { cwd: source, encoding: 'utf8' })
  const [archive] = readdirSync(target)
  if (status !== 0 || archive === undefined) throw new Error(`npm pack of ${source}: ${stderr}`)
  return join(target, archive)
}

/** Without waiting for it in a way that would keep the registry from answering. */
async function runToEnd(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => void (printed += String(chunk)))
  child.stderr.on('data', (chunk: Buffer) => void (printed += String(chunk)))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${printed}`)
}
