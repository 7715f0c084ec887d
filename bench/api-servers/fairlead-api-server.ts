import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadKubeConfig } from '@fairlead/controller-runtime'
import { fairleadMain } from '../fairlead/start-fairlead.ts'
import { eventually } from '../processes/eventually.ts'
import { adminToken, tokenFile, type ApiServerSite, type BenchedApiServer } from './api-server.ts'

/** Starts `fairlead apiserver`; resolves once it is ready. */
export async function startFairleadApiServer(
  { folder, start }: ApiServerSite,
  storage: 'memory' | 'data directory',
): Promise<BenchedApiServer> {
  const tokens = join(folder, 'tokens.csv')
  writeFileSync(tokens, tokenFile)
  const kubeconfig = join(folder, 'kubeconfig')
  const place = ['--data-dir', join(folder, 'data'), '--port', '0', '--kubeconfig', kubeconfig]
  const kept = storage === 'memory' ? ['--in-memory'] : []
  const program = start({
    name: 'fairlead-apiserver',
    command: process.execPath,
    args: [
      '--conditions=source',
      fairleadMain,
      'apiserver',
      ...place,
      ...kept,
      '--token-auth-file',
      tokens,
    ],
    environment: { NODE_ENV: 'production' },
  })
  const { server, tls } = await eventually('the kubeconfig', () =>
    loadKubeConfig({ file: kubeconfig }),
  )
  return { processes: [program], url: server, ca: tls.ca ?? '', token: adminToken }
}
