import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { runGinkgoSuite, type SuiteEnd } from '../ginkgo-suite.ts'
import { installedProgram } from '../go-modules.ts'
import { assets } from '../own-server.ts'
import { succeed } from '../run-to-end.ts'

const kubebuilderModule = 'sigs.k8s.io/kubebuilder/v4@v4.15.0'
const generatorModule = 'sigs.k8s.io/controller-tools/cmd/controller-gen@v0.23.0'

/** Projects of kubebuilder's book, which are in its repository and in no module. */
const bookProjects = ['getting-started', 'cronjob-tutorial', 'multiversion-tutorial']
const folders = ['internal/controller', 'internal/webhook/v1']

/**
 * A guestbook as kubebuilder scaffolds it, and, where `FAIRLEAD_KUBEBUILDER` names a working tree of
 * kubebuilder, the operators of its book: their tests, with the programs that envtest starts.
 */
export async function* kubebuilder(): AsyncGenerator<SuiteEnd> {
  using folder = temporaryFolder()
  const environment = { KUBEBUILDER_ASSETS: await assets(join(folder.path, 'assets')) }
  const guestbook = await scaffoldedGuestbook(join(folder.path, 'guestbook'))
  yield await runGinkgoSuite('guestbook', guestbook, 'internal/controller', environment)
  const tree = process.env['FAIRLEAD_KUBEBUILDER']
  if (tree === undefined) return
  for (const project of bookProjects) {
    const sources = join(tree, 'docs/book/src', project, 'testdata/project')
    for (const tests of folders.filter((each) => existsSync(join(sources, each)))) {
      yield await runGinkgoSuite(`${project} ${tests}`, sources, tests, environment)
    }
  }
}

async function scaffoldedGuestbook(folder: string): Promise<string> {
  const program = await installedProgram('kubebuilder', kubebuilderModule)
  const generator = await installedProgram('controller-gen', generatorModule)
  await succeed('mkdir', ['-p', folder])
  const run = (command: string, ...args: readonly string[]) =>
    succeed(command, args, { cwd: folder })
  await run(program, 'init', '--domain', 'example.org', '--repo', 'example.org/guestbook')
  const api = ['--group', 'webapp', '--version', 'v1', '--kind', 'Guestbook']
  await run(program, 'create', 'api', ...api, '--resource', '--controller', '--make=false')
  await run(generator, 'object', 'paths=./...')
  await run(generator, 'crd', 'paths=./...', 'output:crd:artifacts:config=config/crd/bases')
  return folder
}
