import time

from celery import Celery

app = Celery("shop")


@app.task
def send_mail(order_id: int, seconds: float = 0.01) -> None:
    print(f"sending the mail of order {order_id}")
    time.sleep(seconds)
