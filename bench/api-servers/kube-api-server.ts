import { generateKeyPairSync } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newCertificate } from '../../test/support/certificates.ts'
import { eventually } from '../processes/eventually.ts'
import { freePort } from '../processes/free-port.ts'
import { ApiServerClient } from './api-server-client.ts'
import { adminToken, tokenFile, type ApiServerSite, type BenchedApiServer } from './api-server.ts'

/** The programs that Kubernetes' own API server is made of. */
interface KubeApiServerPrograms {
  readonly etcd: string
  readonly kubeApiServer: string
}

/** Those in the directory that `KUBEBUILDER_ASSETS` names; undefined without both. */
export function kubeApiServerPrograms(
  assets = process.env['KUBEBUILDER_ASSETS'],
): KubeApiServerPrograms | undefined {
  if (assets === undefined) return undefined
  const programs = { etcd: join(assets, 'etcd'), kubeApiServer: join(assets, 'kube-apiserver') }
  return existsSync(programs.etcd) && existsSync(programs.kubeApiServer) ? programs : undefined
}

/** Starts etcd and kube-apiserver with the flags of Go's envtest; resolves once they are ready. */
export async function startKubeApiServer(
  { folder, start }: ApiServerSite,
  { etcd, kubeApiServer }: KubeApiServerPrograms,
): Promise<BenchedApiServer> {
  const [clients, peers, port] = [await freePort(), await freePort(), await freePort()]
  const etcdUrl = `http://127.0.0.1:${clients}`
  const store = start({
    name: 'etcd',
    command: etcd,
    args: [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=http://127.0.0.1:${peers}`,
      '--unsafe-no-fsync',
    ],
  })
  const { cert, key } = newCertificate('/CN=kube-apiserver')
  const [certFile, keyFile] = [join(folder, 'apiserver.crt'), join(folder, 'apiserver.key')]
  writeFileSync(certFile, cert)
  writeFileSync(keyFile, key, { mode: 0o600 })
  const server = start({
    name: 'kube-apiserver',
    command: kubeApiServer,
    args: [
      `--etcd-servers=${etcdUrl}`,
      `--tls-cert-file=${certFile}`,
      `--tls-private-key-file=${keyFile}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      '--authorization-mode=RBAC',
      '--disable-admission-plugins=ServiceAccount',
      '--service-cluster-ip-range=10.0.0.0/24',
      '--allow-privileged=true',
      ...identityFlags(folder),
    ],
  })
  const url = `https://127.0.0.1:${port}`
  const started = { processes: [store, server], url, ca: cert, token: adminToken }
  await untilReady(started)
  return started
}

function identityFlags(folder: string): string[] {
  const tokens = join(folder, 'tokens.csv')
  const key = join(folder, 'service-account.key')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(tokens, tokenFile)
  writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  return [
    `--token-auth-file=${tokens}`,
    '--service-account-issuer=https://bench.invalid',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
  ]
}

async function untilReady(server: BenchedApiServer): Promise<void> {
  const client = new ApiServerClient(server, 1)
  await eventually('kube-apiserver', async () => {
    await client.request('GET', '/readyz')
    await client.request('GET', '/api/v1/namespaces/default')
    return true as const
  })
  client.close()
}
