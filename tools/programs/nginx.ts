import { debianPackage } from './debian-package.ts'
import type { Program } from './program.ts'
import { printedVersion } from './version.ts'

/** The plain reverse proxy that benchmarks compare with. */
export const nginx: Program = {
  name: 'nginx',
  variable: 'NGINX',
  oldest: '1.18.0',
  versionOf: printedVersion(['-v'], /nginx\/(\d+\.\d+\.\d+)/),
  sources: [debianPackage('nginx-light')],
  byHand: 'install nginx',
}
