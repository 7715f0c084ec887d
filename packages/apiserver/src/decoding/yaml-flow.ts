import { NotPlainYaml, plainValue, type Inline } from './not-plain-yaml.ts'
import { readQuoted } from './yaml-quoted.ts'
