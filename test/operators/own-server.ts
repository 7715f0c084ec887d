import { join } from 'node:path'
import { runCommand, startCommand } from '../support/command.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** A server with nothing in it, for one suite. @param flags further ones, such as `--stages` */
export async function ownServer(flags: readonly string[] = []) {
  const folder = temporaryFolder()
  const where = ['--in-memory', '--port', '0', '--data-dir', join(folder.path, 'data')]
  const server = startCommand(['apiserver', ...where, ...flags])
  const kubeconfig = await server.prints(/export KUBECONFIG=(\S+)/)
  return {
    kubeconfig,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/** A directory for `KUBEBUILDER_ASSETS`. */
export async function assets(directory: string): Promise<string> {
  const { code, log } = await runCommand(['envtest', 'assets', directory], {
    PATH: process.env['PATH'] ?? '',
  })
  if (code !== 0) throw new Error(`fairlead envtest assets ended with ${code}: ${log}`)
  return directory
}
