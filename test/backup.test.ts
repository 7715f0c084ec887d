import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { backup as copyDatabase, DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { readText } from '../tools/source-tree.ts'
import { blocksOf } from './support/fenced-blocks.ts'
import { type FairleadProcess, startFairlead } from './support/fairlead-process.ts'

/** Each starts several programs. */
const timeout = 120_000

/** The commands of the page whose backups are restored here. */
const [save = '', restore = ''] = blocksOf(readText('docs/tasks/backup.md'), 'sh')

async function started(options?: Parameters<typeof startFairlead>[0]): Promise<FairleadProcess> {
  const fairlead = await startFairlead(options)
  onTestFinished(() => fairlead[Symbol.asyncDispose]())
  return fairlead
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fairlead-backup-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Runs the lines of a page that are kubectl's. */
function kubectlLines(
  text: string,
  { cwd, kubeconfig }: { readonly cwd: string; readonly kubeconfig: string },
): void {
  const lines = text.split('\n').filter((line) => line.startsWith('kubectl '))
  expect(lines).toHaveLength(1)
  const env = { ...process.env, KUBECONFIG: kubeconfig }
  execFileSync('bash', ['-euc', lines.join('\n')], { cwd, env })
}

async function said({ endpoints }: FairleadProcess, apiKey: string, content: string) {
  const response = await fetch(`${endpoints.gateway}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'assistant',
      messages: [{ role: 'user', content }],
      context: { conversation: 'kept' },
    }),
  })
  return { status: response.status, text: await response.text() }
}

it('a copied data directory goes on where the original was stopped', { timeout }, async () => {
  const original = await started()
  const { apiKey, kubeconfig } = original.endpoints
  expect(await said(original, apiKey, 'One')).toMatchObject({ status: 200 })
  await original.stop()
  const dataDirectory = join(folder(), 'restored')
  cpSync(dirname(kubeconfig), dataDirectory, { recursive: true })

  const restored = await started({ dataDirectory })
  expect(await restored.kubectl('get', 'consumer', 'quickstart', '-o', 'name')).toContain(
    'quickstart',
  )
  const { status, text } = await said(restored, apiKey, 'Two')
  expect(status).toBe(200)
  expect(text).toContain('I see 3 messages')
})

it(
  'what the page saves of a running Fairlead is restored as the page says',
  { timeout },
  async () => {
    const original = await started()
    const { apiKey, kubeconfig } = original.endpoints
    expect(await said(original, apiKey, 'One')).toMatchObject({ status: 200 })
    const backup = folder()
    kubectlLines(save, { cwd: backup, kubeconfig })
    // What sqlite3's .backup does: this machine need not have the program.
    const conversations = new DatabaseSync(join(dirname(kubeconfig), 'conversations.db'))
    await copyDatabase(conversations, join(backup, 'conversations.db'))
    conversations.close()

    const empty = await started({ flags: ['--no-quickstart'] })
    expect(restore).toContain('fairlead up --no-quickstart\n')
    kubectlLines(restore, { cwd: backup, kubeconfig: empty.endpoints.kubeconfig })
    await empty.kubectl('wait', '--for=condition=Programmed', '--timeout=20s', 'llmgw/default')
    expect(await said(empty, apiKey, 'Two')).toMatchObject({ status: 200 })

    // Conversations of a Consumer that was created again are found by nobody, and are there.
    await empty.stop()
    const restored = dirname(empty.endpoints.kubeconfig)
    for (const name of ['', '-wal', '-shm']) {
      rmSync(join(restored, `conversations.db${name}`), { force: true })
    }
    cpSync(join(backup, 'conversations.db'), join(restored, 'conversations.db'))
    const again = await empty.restart()
    onTestFinished(() => again[Symbol.asyncDispose]())
    expect(await again.kubectl('get', 'llmstore', 'local', '-o', 'yaml')).toContain('Available')
    expect(await said(again, apiKey, 'Three')).toMatchObject({ status: 200 })
  },
)
