import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { startApiServer } from '@fairlead/apiserver'
import { describe, it } from 'vitest'
import { filesMatching, readText, root } from '../tools/source-tree.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { playSession, sessionCommands } from './support/terminal-session.ts'

// Each file is what a terminal shows of kubectl before a cluster of its own, with what a real one
// would print: after a change, `vitest run kubectl-sessions -u` writes them anew, to be read.
describe.concurrent('sessions of kubectl', () => {
  it.for(filesMatching('test/kubectl-sessions/*.txt').map(named))(
    '%s',
    { timeout: 120_000 },
    async ([, path], { expect, signal }) => {
      using folder = temporaryFolder()
      const server = await startApiServer({ stages: true, namespaceObjects: true })
      try {
        const environment = environmentIn(folder.path, server.kubeconfig())
        const commands = sessionCommands(readText(path))
        const played = await playSession(commands, { directory: folder.path, environment, signal })
        await expect(played).toMatchFileSnapshot(join(root, path))
      } finally {
        await server.stop()
      }
    },
  )
})

function named(path: string): [name: string, path: string] {
  return [basename(path, '.txt'), path]
}

function environmentIn(folder: string, kubeconfig: string): NodeJS.ProcessEnv {
  const file = join(folder, 'kubeconfig')
  writeFileSync(file, kubeconfig, { mode: 0o600 })
  const programs = join(folder, 'bin')
  mkdirSync(programs)
  const { KUBECTL, PATH } = process.env
  if (KUBECTL !== undefined) symlinkSync(KUBECTL, join(programs, 'kubectl'))
  return { PATH: [programs, PATH].join(delimiter), HOME: folder, KUBECONFIG: file, TMPDIR: folder }
}
