import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ApiServerOptions } from '@fairlead/apiserver'
import { fileContent } from '../file-content.ts'
import { UsageError } from '../usage-error.ts'
import type { GivenFlags } from './go-flags.ts'

/**
 * The pair that is named, else the one in the directory of certificates, as kube-apiserver chooses.
 * @throws UsageError for a file that cannot be read, or half a pair
 */
export function servingPair(flags: GivenFlags): ApiServerOptions['serving'] {
  const [certificate, privateKey] = [
    flags.text('tls-cert-file'),
    flags.text('tls-private-key-file'),
  ]
  if ((certificate === undefined) !== (privateKey === undefined)) {
    throw new UsageError('--tls-cert-file and --tls-private-key-file go together')
  }
  if (certificate !== undefined && privateKey !== undefined) {
    return {
      certificate: fileContent('tls-cert-file', certificate),
      privateKey: fileContent('tls-private-key-file', privateKey),
    }
  }
  const folder = flags.text('cert-dir')
  if (folder === undefined || !existsSync(join(folder, 'apiserver.crt'))) return undefined
  return {
    certificate: fileContent('cert-dir', join(folder, 'apiserver.crt')),
    privateKey: fileContent('cert-dir', join(folder, 'apiserver.key')),
  }
}

/** PEM of the authorities whose client certificates name users. @throws UsageError */
export function clientAuthorities(flags: GivenFlags): string | undefined {
  const file = flags.text('client-ca-file')
  return file === undefined ? undefined : fileContent('client-ca-file', file)
}
