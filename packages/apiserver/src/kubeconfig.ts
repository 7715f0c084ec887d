import { stringify } from 'yaml'

import type { KeyAndCertificate } from '@fairlead/pki'

/** A self-contained kubeconfig for one server and one user. */
export function kubeconfigFor(p: {
  url: string
  caCertificate: string
  userName: string
  identity: KeyAndCertificate
  /** For when the certificate has expired; it counts only then. */
  token?: string
}): string {
  const name = 'fairlead'
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server: p.url, 'certificate-authority-data': base64(p.caCertificate) } },
    ],
    users: [
      {
        name: p.userName,
        user: {
          'client-certificate-data': base64(p.identity.certificate),
          'client-key-data': base64(p.identity.privateKey),
          ...(p.token === undefined ? {} : { token: p.token }),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: p.userName, namespace: 'default' } }],
    'current-context': name,
    preferences: {},
  })
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
