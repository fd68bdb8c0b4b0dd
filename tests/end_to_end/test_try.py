from tests.end_to_end.installation import VARIABLE
from tests.servers.accounts import *
from tests.php.laravel import send_through_laravel
import time
def test_x(installation, kmconfig, monkeypatch):
    monkeypatch.setenv(VARIABLE, ACCOUNTS[SENDER])
    installation.configure(SENDER)
    C=("-C", installation.root)
    outs=[]
    for a in (("lint",),("plan","staging"),("apply","staging","--yes"),("apply","staging","--yes"),("test","staging","--no-send")):
        t=time.time()
        r=kmconfig(*C,*a)
        outs.append((a,time.time()-t,r))
    t=time.time()
    print(send_through_laravel(installation.application, INBOX, installation.stack.ca_file), time.time()-t)
    for a,t,r in outs: print("=====",a,t,r.code); print(r.out); print(r.err)
    print(installation.env.read_text()); print(installation.kept())
    for m in installation.root.rglob('*'): print(m)
