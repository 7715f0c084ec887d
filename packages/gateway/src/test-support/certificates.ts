import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate and its key, as PEM. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

/** A new authority that signs itself. */
export function authority(): Identity {
  return inFolder((folder) => create(folder, ['-subj', '/CN=authority']))
}

/** A new certificate, signed by an authority, for host names or addresses (`DNS:a`, `IP:127.0.0.1`). */
export function signedBy(issuer: Identity, ...names: readonly string[]): Identity {
  return inFolder((folder) => {
    const [cert, key] = [join(folder, 'issuer.pem'), join(folder, 'issuer-key.pem')]
    writeFileSync(cert, issuer.cert)
    writeFileSync(key, issuer.key)
    const alternatives = names.length === 0 ? [] : ['-addext', `subjectAltName=${names.join(',')}`]
    return create(folder, ['-subj', '/CN=test', '-CA', cert, '-CAkey', key, ...alternatives])
  })
}

function create(folder: string, options: readonly string[]): Identity {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const files = ['-keyout', key, '-out', cert]
  execFileSync('openssl', ['req', '-x509', ...curve, '-days', '1', ...options, ...files], {
    stdio: 'ignore',
  })
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-certificates-'))
  try {
    return use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
