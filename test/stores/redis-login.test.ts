import { expect, test } from '@jest/globals';
import { parseLogin } from '../../lambda/stores/redis-login.ts';

test.each<[string, object]>([
  ['hunter2', { password: 'hunter2' }],
  ['{"username":"app","password":"p"}', { username: 'app', password: 'p' }],
  ['{"password":"p","port":6379}', { password: 'p' }],
  ['{"password":"p","username":7}', { password: 'p' }],
  // Each of these is JSON, but it is also a password.
  ['12345', { password: '12345' }],
  ['"quoted"', { password: '"quoted"' }],
  ['{"password":1}', { password: '{"password":1}' }],
  ['null', { password: 'null' }],
])('the secret %s is the login %j', (secret, login) => {
  expect(parseLogin(secret)).toEqual(login);
});
