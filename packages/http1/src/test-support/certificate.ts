import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A new certificate for 127.0.0.1 that nobody but its owner has signed, as PEM. Its common name is
 * `test`, followed by the number if there is one.
 */
export function selfSignedCertificate(number?: number): {
  readonly key: string
  readonly cert: string
} {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-http1-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  try {
    const names = 'subjectAltName=IP:127.0.0.1'
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    const files = ['-keyout', key, '-out', cert]
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        ...curve,
        '-subj',
        `/CN=test${number === undefined ? '' : ` ${number}`}`,
        '-addext',
        names,
        '-days',
        '1',
        ...files,
      ],
      { stdio: 'ignore' },
    )
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
